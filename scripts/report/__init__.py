"""The page of a run: sections made of sentences, figures and tables, one template, no statistics of its own."""
