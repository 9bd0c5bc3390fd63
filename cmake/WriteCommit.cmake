# Writes OUTPUT with the commit; leaves it untouched if nothing changed.
execute_process(COMMAND git -C "${SOURCE_DIR}" rev-parse --short=12 HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()
execute_process(COMMAND git -C "${SOURCE_DIR}" diff --quiet HEAD -- ERROR_QUIET OUTPUT_QUIET RESULT_VARIABLE modified)
if(modified AND NOT failed)
  string(APPEND commit "-modified")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#pragma once
#define INTERLEAVE_COMMIT "@commit@"
]])
