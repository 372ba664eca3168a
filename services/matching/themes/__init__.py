"""What texts are about, by a sentence embedding: for associations that install a model, in any language it knows."""
