"""JupyterLite under /lite/ of the site: lessons that run in the browser, with nothing installed."""
