# llhttp, Node's HTTP parser. Debian's node-llhttp ships its generated C and its header but no library: compiled here.
find_path(LLHTTP_INCLUDE_DIR llhttp.h PATHS /usr/share/include/llhttp REQUIRED
          DOC "from Debian's node-llhttp")
find_path(LLHTTP_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp REQUIRED
          DOC "from Debian's node-llhttp")
add_library(llhttp STATIC "${LLHTTP_SOURCE_DIR}/llhttp.c" "${LLHTTP_SOURCE_DIR}/http.c" "${LLHTTP_SOURCE_DIR}/api.c")
target_include_directories(llhttp SYSTEM PUBLIC "${LLHTTP_INCLUDE_DIR}")
# Strict: the loose mode takes any two bytes for the line end after a chunk, and "\r\n\rX" for the end of a head.
target_compile_definitions(llhttp PUBLIC LLHTTP_STRICT_MODE=1)
set_target_properties(llhttp PROPERTIES C_STANDARD 99)
