"""The catalogues of every interface language; English is the source."""
