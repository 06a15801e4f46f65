// libseccomp's actions are macros with casts, which Swift doesn't import.
#include <seccomp.h>

static inline uint32_t samovar_action_errno(uint16_t number) { return SCMP_ACT_ERRNO(number); }
static inline uint32_t samovar_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t samovar_action_kill_process(void) { return SCMP_ACT_KILL_PROCESS; }
static inline uint32_t samovar_action_kill_thread(void) { return SCMP_ACT_KILL_THREAD; }
static inline uint32_t samovar_action_trap(void) { return SCMP_ACT_TRAP; }
static inline uint32_t samovar_action_log(void) { return SCMP_ACT_LOG; }
