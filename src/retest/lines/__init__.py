"""Claims files, the user's side: load and check them, and import a page as a draft of one."""
