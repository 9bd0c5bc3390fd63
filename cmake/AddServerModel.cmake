# add_server_model(NAME [LINK libs...]): the executable interleave-server-NAME (underscores kept) from the folder
# servers/NAME. All of a model lies in that folder; the folder's name is the model's name everywhere.
# It also registers the model with the process tests in tests/conformance.
define_property(GLOBAL PROPERTY INTERLEAVE_MODELS BRIEF_DOCS "Names of the server models")

function(add_server_model name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  interleave_executable(interleave-server-${name} SOURCES ${sources} LINK interleave_server_common ${arg_LINK})
  target_compile_definitions(interleave-server-${name} PRIVATE INTERLEAVE_MODEL_NAME="${name}")
  set_property(GLOBAL APPEND PROPERTY INTERLEAVE_MODELS ${name})
endfunction()
