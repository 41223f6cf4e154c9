"""Escrows: money that is held between the acceptance of a bid and the end of the job."""
