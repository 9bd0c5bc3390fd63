# Flags every target of the project gets, through one INTERFACE target; nothing is set globally but the standard.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(INTERLEAVE_WERROR "Warnings are errors" ON)

# The dev preset, for editing, compiles each file by itself.
option(INTERLEAVE_BATCHES "Unit tests and the harness are compiled in batches of eight files" ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the source tree: a second clone or worktree finds what the first one compiled.
  set(CMAKE_C_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

add_library(interleave_options INTERFACE)
target_include_directories(interleave_options INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
target_compile_options(interleave_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  # GCC 12 at -O3 raises false alarms: in std::string operator+ (GCC PR 105329, 105651), in std::optional (PR 80635).
  -Wno-restrict -Wno-maybe-uninitialized
  $<$<BOOL:${INTERLEAVE_WERROR}>:-Werror>)

# The commit a binary was built from goes into every result. A header of its own, rewritten only when the commit
# changes, so that a new commit recompiles one file (core/base/commit_record.cpp).
add_custom_target(interleave_commit ALL
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR}
          -DOUTPUT=${PROJECT_BINARY_DIR}/generated/interleave_commit.hpp
          -P ${PROJECT_SOURCE_DIR}/cmake/WriteCommit.cmake
  BYPRODUCTS "${PROJECT_BINARY_DIR}/generated/interleave_commit.hpp"
  COMMENT "Checking the commit")

# The build id is a hash over that record too; without it the same sources at two commits give programs that are equal
# but for the record (harness/process/same_program.hpp).
target_link_options(interleave_options INTERFACE -Wl,--build-id=none)

# What changes when this runs again. The flags are for the history: figures of other flags are those of another machine.
set(version_build_type "${CMAKE_BUILD_TYPE}")
if(INTERLEAVE_SANITIZER)
  string(APPEND version_build_type "+${INTERLEAVE_SANITIZER}")
endif()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/interleave_version.hpp" @ONLY CONTENT [[
#pragma once
namespace interleave {
inline constexpr const char* kVersion = "@PROJECT_VERSION@";
inline constexpr const char* kBuildType = "@version_build_type@";
}  // namespace interleave
]])
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" flags)
if(INTERLEAVE_SANITIZER)
  string(APPEND flags " -fsanitize=${INTERLEAVE_SANITIZER}")
endif()
string(REPLACE "\\" "" flags "${flags}")
string(REPLACE "\"" "'" flags "${flags}")
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/interleave_flags.hpp" @ONLY CONTENT [[
#pragma once
namespace interleave {
inline constexpr const char* kFlags = "@flags@";
}  // namespace interleave
]])
