"""From embeddings to people: matching, normalisation, pooling, and the recogniser of live frames."""
