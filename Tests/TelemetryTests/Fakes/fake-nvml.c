// A library with the names, types and codes of nvml.h (NVML API Reference Guide, version 12), for two GPUs that exist only
// here. Compiled with -DFAULT="…" it fails in one way.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int nvmlReturn_t;
typedef struct nvmlDevice_st *nvmlDevice_t;
struct nvmlDevice_st {
  unsigned index;
};
static struct nvmlDevice_st devices[2] = {{0}, {1}};

typedef struct {
  char busIdLegacy[16];
  unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
  char busId[32];
} nvmlPciInfo_t;

typedef struct {
  unsigned gpu, memory;
} nvmlUtilization_t;

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15 };

#ifndef FAULT
#define FAULT ""
#endif

nvmlReturn_t nvmlInit_v2(void) { return strcmp(FAULT, "no-driver") == 0 ? DRIVER_NOT_LOADED : SUCCESS; }

const char *nvmlErrorString(nvmlReturn_t code) {
  switch (code) {
    case NOT_SUPPORTED: return "Not Supported";
    case NOT_FOUND: return "Not Found";
    case DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case GPU_IS_LOST: return "GPU is lost";
    default: return "Unknown Error";
  }
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *count) {
  *count = 2;
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *device) {
  if (index > 1) return INVALID_ARGUMENT;
  *device = &devices[index];
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *bus, nvmlDevice_t *device) {
  // The library takes a domain of four and of eight digits.
  if (strlen(bus) < 12) return INVALID_ARGUMENT;
  const char *place = bus + strlen(bus) - 7;
  if (strcmp(place, "41:00.0") == 0) *device = &devices[0];
  else if (strcmp(place, "81:00.0") == 0) *device = &devices[1];
  else return NOT_FOUND;
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned length) {
  const char *text = device->index == 0 ? "Tesla T4" : "NVIDIA A100-PCIE-40GB";
  if (strlen(text) >= length) return INSUFFICIENT_SIZE;
  strcpy(name, text);
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *info) {
  memset(info, 0x5a, sizeof *info);
  snprintf(info->busIdLegacy, sizeof info->busIdLegacy, "0000:%02X:00.0", device->index == 0 ? 0x41 : 0x81);
  snprintf(info->busId, sizeof info->busId, "00000000:%02X:00.0", device->index == 0 ? 0x41 : 0x81);
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned *degrees) {
  if (sensor != 0) return INVALID_ARGUMENT;
  if (device->index == 1 && strcmp(FAULT, "lost") == 0) return GPU_IS_LOST;
  while (device->index == 1 && strcmp(FAULT, "hang") == 0) usleep(10000);
  *degrees = device->index == 0 ? 61 : 74;
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned *milliwatts) {
  *milliwatts = device->index == 0 ? 68250 : 231500;
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *rates) {
  rates->gpu = device->index == 0 ? 97 : 5;
  rates->memory = 40;
  return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *millijoules) {
  // Not before Volta.
  if (device->index == 0) return NOT_SUPPORTED;
  *millijoules = 7512345678ULL;
  return SUCCESS;
}
