"""The live demos of the site: Python in the reader's browser, from files of the site's own."""
