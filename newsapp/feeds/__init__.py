"""What other people's machines read: feeds, sitemaps, robots.txt, an article's metadata."""
