/** NumPy and ONNX Runtime as lines of a requirements file: cp311 (bookworm) and cp313 (trixie), x86-64 and arm64. */
const numpy =
  "numpy==2.3.4" +
  " --hash=sha256:a7b2f9a18b5ff9824a6af80de4f37f4ec3c2aab05ef08f51c77a093f5b89adda" +
  " --hash=sha256:36dc13af226aeab72b7abad501d370d606326a0029b9f435eacb3b8c94b8a8b7" +
  " --hash=sha256:fc8a63918b04b8571789688b2780ab2b4a33ab44bfe8ccea36d3eba51228c953" +
  " --hash=sha256:4ee6a571d1e4f0ea6d5f22d6e5fbd6ed1dc2b18542848e1e7301bd190500c9d7";

/** The two packages of ONNX Runtime exclude each other, so each has an image of its own. */
export const onnxWheels = {
  cpu: [
    numpy,
    "onnxruntime==1.32.0" +
      " --hash=sha256:5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d" +
      " --hash=sha256:2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c" +
      " --hash=sha256:02ea12a28c069ea8510093d95a7f6ff8126bfd9fc5c0d3381c03b80fb2b424ba" +
      " --hash=sha256:54d02baff2df38777b4c3cc7af326406fe8b8a48f54720f4c446d2d327920a79",
  ],
  // For x86-64 only; OpenVINO itself is inside.
  openvino: [
    numpy,
    "onnxruntime-openvino==1.24.1" +
      " --hash=sha256:3007c803634cc69c6d52af1dea7ce729d9bb62b9a11070fd2f959119199007a8" +
      " --hash=sha256:2c3bb73e68ac27f4891af8a595c1faf574ec68b772e6583c90a0b997a1822782",
  ],
} as const;
