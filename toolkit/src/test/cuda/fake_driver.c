/* Stands in for the CUDA driver where there is none: it answers what ours asks and keeps what a launch
 * was given. With -DBROKEN it does not start. Signatures are those of the driver API. */
#include <string.h>

static int no_context;
static int the_context;
static int the_module;
static int the_function;
static void* current = &no_context;

static unsigned shape[7];
static char structure[512];
static void* launched_on;
static char image[64];
static char kernel[64];

int cuInit(unsigned flags) {
#ifdef BROKEN
  (void)flags;
  return 999;
#else
  return flags == 0 ? 0 : 1;
#endif
}

int cuDriverGetVersion(int* version) {
  *version = 12080;
  return 0;
}

int cuGetErrorName(int error, const char** name) {
  *name = error == 999 ? "CUDA_ERROR_UNKNOWN" : "CUDA_ERROR_INVALID_VALUE";
  return 0;
}

int cuGetErrorString(int error, const char** sentence) {
  *sentence = error == 999 ? "unknown error" : "invalid argument";
  return 0;
}

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal + 40;
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  if (device != 40) {
    return 1;
  }
  *value = attribute == 16 ? 132 : attribute == 75 ? 9 : attribute == 76 ? 0 : -1;
  return 0;
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  *context = &the_context;
  return device == 40 ? 0 : 1;
}

int cuCtxGetCurrent(void** context) {
  *context = current;
  return 0;
}

int cuCtxSetCurrent(void* context) {
  current = context;
  return 0;
}

int cuModuleLoadDataEx(
    void** module, const void* from, unsigned options, int* names, void** values) {
  if (current != &the_context || options != 0 || names != 0 || values != 0) {
    return 1;
  }
  strncpy(image, from, sizeof image - 1);
  *module = &the_module;
  return 0;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  if (module != &the_module || strcmp(name, "missing") == 0) {
    return 1;
  }
  strncpy(kernel, name, sizeof kernel - 1);
  *function = &the_function;
  return 0;
}

int cuLaunchKernel(
    void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared, void* stream, void** parameters,
    void** extra) {
  if (function != &the_function || current != &the_context || extra != 0 || grid_x == 0) {
    return 1;
  }
  unsigned given[] = {grid_x, grid_y, grid_z, block_x, block_y, block_z, shared};
  memcpy(shape, given, sizeof shape);
  memcpy(structure, parameters[0], 32);
  launched_on = stream;
  return 0;
}

int cuStreamSynchronize(void* stream) { return stream == launched_on ? 0 : 1; }

/* NVRTC's only answer: the version that fits this driver. */
int nvrtcVersion(int* major, int* minor) {
  *major = 12;
  *minor = 8;
  return 0;
}

/* What the test reads. */
const unsigned* fake_shape(void) { return shape; }
const char* fake_structure(void) { return structure; }
const char* fake_image(void) { return image; }
const char* fake_kernel(void) { return kernel; }
