"""What the pages tell people to type exists, and does what they say."""
