import type * as pulumi from "@pulumi/pulumi";
import { expectTypeOf } from "expect-type";
import type { VariantInput } from "../benchmarks/index.ts";
import type { BenchmarkInputs } from "../benchmarks/schema.ts";
import type { pairedEstimate } from "../benchmarks/statistics/paired.ts";
import type { Unit, UnitValue, unitsOf, valuesOf } from "../benchmarks/statistics/units.ts";
import type { Shell, sh, Transport } from "../hosts/index.ts";
import type { Host, Packages } from "../hosts/resource.ts";
import type { HostFacts, HostInputs, PackagesOutputs } from "../hosts/schema.ts";
import type { Percent, Size } from "../stacks/quantities.ts";

// What must not compile. `tsc` is the test: nothing here runs.

type Hole = Parameters<typeof sh>[1];
type Command = Parameters<Transport["run"]>[0];

// Shell code is made of quoted words and other shell code; a value that is not known yet, or nothing, is neither.
expectTypeOf<string | number | readonly string[] | Shell>().toExtend<Hole>();
expectTypeOf<pulumi.Output<string>>().not.toExtend<Hole>();
expectTypeOf<pulumi.Input<string>>().not.toExtend<Hole>();
expectTypeOf<undefined>().not.toExtend<Hole>();
expectTypeOf<boolean>().not.toExtend<Hole>();

// A host runs shell code only, never plain text.
expectTypeOf<Shell>().toExtend<Command>();
expectTypeOf<string>().not.toExtend<Command>();
expectTypeOf<{ toString(): string }>().not.toExtend<Command>();

// Intervals and comparisons take experimental units, which only samples become.
expectTypeOf<number>().not.toExtend<UnitValue>();
expectTypeOf<UnitValue>().toExtend<number>();
expectTypeOf<readonly UnitValue[]>().toExtend<Parameters<typeof pairedEstimate>[0]>();
expectTypeOf<readonly number[]>().not.toExtend<Parameters<typeof pairedEstimate>[0]>();
expectTypeOf<ReturnType<typeof valuesOf>>().toEqualTypeOf<readonly UnitValue[]>();
expectTypeOf<ReturnType<typeof unitsOf>>().toEqualTypeOf<readonly Unit[]>();
expectTypeOf<{ sequence: number; block: number; disturbed: boolean; failed: boolean; value: number }>().not.toExtend<Unit>();

// Quantities of a matrix carry their unit.
expectTypeOf<"512MiB">().toExtend<Size>();
expectTypeOf<"2GiB">().toExtend<Size>();
expectTypeOf<"512">().not.toExtend<Size>();
expectTypeOf<"512MB">().not.toExtend<Size>();
expectTypeOf<number>().not.toExtend<Size>();
expectTypeOf<"10%">().toExtend<Percent>();
expectTypeOf<"10">().not.toExtend<Percent>();

// A resource takes plain values and outputs of others alike, and has outputs of the types its schema says.
type Args = ConstructorParameters<typeof Host>[1];
expectTypeOf<HostInputs>().toExtend<Args>();
expectTypeOf<{ [Key in keyof HostInputs]: pulumi.Output<HostInputs[Key]> }>().toExtend<Args>();
expectTypeOf<Omit<HostInputs, "connection">>().not.toExtend<Args>();
expectTypeOf<Host["facts"]>().toEqualTypeOf<pulumi.Output<HostFacts>>();
expectTypeOf<Packages["installed"]>().toEqualTypeOf<pulumi.Output<PackagesOutputs["installed"]>>();
expectTypeOf<BenchmarkInputs["variants"][number]>().toExtend<VariantInput>();
