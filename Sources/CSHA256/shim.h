// The functions of libcrypto that do SHA-256 and nothing else: linked statically they bring 50 KiB along, where EVP brings
// all algorithms. OpenSSL 3 marks them deprecated in favour of EVP.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
