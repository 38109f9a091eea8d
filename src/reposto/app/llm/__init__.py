"""The optional language model: it may read what the rules are unsure of and phrase what the analysts found."""
