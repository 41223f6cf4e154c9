"""Pictures: what follows a hand-in. Uploads are decoded and written anew, and public copies come and go."""
