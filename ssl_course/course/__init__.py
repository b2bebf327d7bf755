"""Data that pages need: quizzes, checks, measured results, references, logs."""
