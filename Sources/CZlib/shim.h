#include <zlib.h>

// inflateInit2 is a macro. 16 more window bits: gzip's header and trailer, RFC 1952.
static inline int samovar_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
