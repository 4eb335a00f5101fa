"""Smart crop against centre crop and other tools, on labelled photographs."""
