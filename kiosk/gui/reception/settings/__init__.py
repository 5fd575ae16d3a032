"""The page on which the options of config.yaml are changed."""
