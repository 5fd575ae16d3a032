"""Embeddings to people; no heavy library."""
