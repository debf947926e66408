"""The reader's pages: home, section, article, albums, links, standing pages."""
