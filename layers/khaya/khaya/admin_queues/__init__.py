"""The queues of the admins: how many things of each kind wait for a decision, and since when."""
