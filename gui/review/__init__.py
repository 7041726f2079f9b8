"""Steps of reviewing that concern many photos, and what stands beside the text while it is edited."""
