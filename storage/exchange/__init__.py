"""Words leave and come back without loss: tables, galleries, reports, snippets and keyword lists."""
