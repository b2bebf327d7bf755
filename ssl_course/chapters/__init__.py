"""What exactly one chapter, or one subject of it, needs; the core imports none of these."""
