# Writes OUTPUT with the project's version, commit and build type; leaves it untouched if nothing changed.
execute_process(COMMAND git -C "${SOURCE_DIR}" rev-parse --short=12 HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()
execute_process(COMMAND git -C "${SOURCE_DIR}" diff --quiet HEAD -- ERROR_QUIET OUTPUT_QUIET RESULT_VARIABLE modified)
if(modified AND NOT failed)
  string(APPEND commit "-modified")
endif()
set(build_type "${BUILD_TYPE}")
if(SANITIZER)
  string(APPEND build_type "+${SANITIZER}")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#pragma once
namespace interleave {
inline constexpr const char* kVersion = "@VERSION@";
inline constexpr const char* kCommit = "@commit@";
inline constexpr const char* kBuildType = "@build_type@";
}  // namespace interleave
]])
