"""What the operator's verbs share: a stage's stores, walks through its buckets, progress."""
