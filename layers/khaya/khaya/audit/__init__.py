"""The audit trail: who changed what and when, from which value to which. It never contains text that people wrote."""
