"""What happens to escrows by itself, when its time has come."""
