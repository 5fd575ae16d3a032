"""Recognition of people by embeddings: matching, normalisation, pooling, and the recogniser of live frames."""
