# One line per kind of target.

# interleave_library(NAME SOURCES... LINK libs... [BATCHES]): a static library of the project; headers are included from
# the root. BATCHES: it may be compiled as unit tests are; not for what is measured, whose inlining would change.
function(interleave_library name)
  cmake_parse_arguments(arg "BATCHES" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC interleave_options ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  if(arg_BATCHES)
    interleave_compile_in_batches(${name})
  endif()
endfunction()

# Headers are most of the compile time of a small file: eight files share them, except in the dev preset.
function(interleave_compile_in_batches name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${INTERLEAVE_BATCHES} UNITY_BUILD_BATCH_SIZE 8)
  # A batch includes its files by absolute paths: in __FILE__ they would keep ccache from sharing objects between clones.
  target_compile_options(${name} PRIVATE "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
endfunction()

# interleave_executable(NAME SOURCES... LINK libs...)
function(interleave_executable name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE interleave_options ${arg_LINK})
endfunction()

# interleave_unit_test(NAME SOURCES... LINK libs...): a GoogleTest executable; each TEST becomes a CTest test.
# A unit test needs no network, no real clock and no other process; it gets 60 s as a last resort.
function(interleave_unit_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE interleave_options ${arg_LINK} GTest::gmock_main)
  interleave_compile_in_batches(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 60 LABELS unit)
endfunction()

include(GoogleTest)
