package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the operating system knows about a process: Linux, proc(5). */
final class ProcessFigures {

    /** USER_HZ, which every Linux that Java runs on has at 100. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private ProcessFigures() {
    }

    /**
     * {@return the processor time of a process so far, user and system, of all its threads, those that have ended
     * included; in nanoseconds, in steps of 10 ms}
     */
    static long cpuNanos(long pid) throws IOException {
        String stat = read(pid, "stat");
        // The second field is the command's name in parentheses, which may itself have blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
    }

    /** {@return the resident memory of a process, in bytes} */
    static long residentBytes(long pid) throws IOException {
        for (String line : read(pid, "status").split("\n")) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in the status of process " + pid);
    }

    private static String read(long pid, String file) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.ISO_8859_1);
    }
}
