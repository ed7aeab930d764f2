"""One use case a file: functions of arrays and a frozen config."""
