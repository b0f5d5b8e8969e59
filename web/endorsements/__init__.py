"""The credit of a public office: recorded for a body, shown while it stands, and checked by anybody."""
