"""Scripts that make the packaged samples, one a data set."""
