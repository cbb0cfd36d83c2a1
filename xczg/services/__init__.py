"""The only writers: one function per use case."""
