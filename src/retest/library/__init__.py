"""The bundled annotated library: a source of papers and a provider of answers."""
