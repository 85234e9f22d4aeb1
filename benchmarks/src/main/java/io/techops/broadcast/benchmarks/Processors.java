package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which processors a process may use: {@code taskset} of util-linux. */
final class Processors {

    private static final String ALLOWED = "Cpus_allowed_list:";

    private Processors() {
    }

    /** {@return why a server cannot have just so many processors here, or null; 0 is all of them} */
    static @Nullable String missing(int count) throws IOException {
        int all = allowed().size();
        if (count > all) {
            return "this machine has only " + all + " processors";
        }
        return isAll(count) || Child.firstLine("taskset", "--version") != null ? null : "there is no taskset";
    }

    /** Leaves a process, and all its threads, the first {@code count} processors; 0 for all. */
    static void confine(long pid, int count) throws IOException {
        if (!isAll(count)) {
            set(pid, allowed().subList(0, count));
        }
    }

    /** Leaves a process the processors that those of {@link #confine} have not; all of them if none is left. */
    static void spare(long pid, int count) throws IOException {
        if (!isAll(count)) {
            set(pid, allowed().subList(count, allowed().size()));
        }
    }

    private static boolean isAll(int count) throws IOException {
        return count == 0 || count == allowed().size();
    }

    private static void set(long pid, List<Integer> processors) throws IOException {
        String list = processors.stream().map(String::valueOf).collect(Collectors.joining(","));
        if (Child.firstLine("taskset", "-a", "-c", "-p", list, Long.toString(pid)) == null) {
            throw new IOException("taskset failed: processors " + list + ", process " + pid);
        }
    }

    /** {@return the numbers of the processors that this process may use} */
    private static List<Integer> allowed() throws IOException {
        List<Integer> processors = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(ALLOWED)) {
                for (String range : line.substring(ALLOWED.length()).strip().split(",")) {
                    String[] ends = range.split("-");
                    for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                        processors.add(i);
                    }
                }
            }
        }
        return processors;
    }
}
