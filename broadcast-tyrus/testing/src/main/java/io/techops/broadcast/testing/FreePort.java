package io.techops.broadcast.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/*
 * Test classes run in several processes at the same time. A process takes its ports from a block that it alone has: it
 * keeps a lock on a file of that block until it ends. So no other one is given a port between the moment in which it is
 * found and that in which a server listens on it, nor while a server is restarted.
 */

/** Finds a port for the few tests that have to name one. Safe for use by any number of threads. */
public final class FreePort {

    /**
     * Below the ports that an operating system gives to programs that ask for any port, so that no such program takes
     * one in between. The same holds for the ports 10,000 above, where a node of a Redis cluster also listens, and
     * which are never returned here.
     */
    private static final int FIRST = 10_000;
    private static final int BLOCKS = 100;
    private static final int PORTS_OF_A_BLOCK = 100;
    private static final Path FOLDER = Path.of(System.getProperty("java.io.tmpdir"),
            "broadcast-ports-" + System.getProperty("user.name"));

    /**
     * The files of this process's blocks. They stay open: a file that is closed, or opened once more and closed, is no
     * longer locked.
     */
    private static final Map<Path, FileChannel> LOCKED = new HashMap<>();
    private static int next;
    private static int end;

    private FreePort() {
    }

    /**
     * {@return a port that was free a moment ago, on every address of this machine} Neither this process nor another
     * one that calls this method gets it again while this process runs, so that a server can end and listen on it once
     * more.
     */
    public static synchronized int find() {
        while (true) {
            if (next == end) {
                next = FIRST + takeBlock(FOLDER, BLOCKS) * PORTS_OF_A_BLOCK;
                end = next + PORTS_OF_A_BLOCK;
            }
            int port = next++;
            if (isFree(port)) {
                return port;
            }
        }
    }

    /** {@return a block from 0 on that this process alone has from now on} */
    static synchronized int takeBlock(Path folder, int blocks) {
        int first = ThreadLocalRandom.current().nextInt(blocks);
        try {
            Files.createDirectories(folder);
            for (int i = 0; i < blocks; i++) {
                int block = (first + i) % blocks;
                if (isLocked(folder.resolve(block + ".lock"))) {
                    return block;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("processes have taken all ports, see " + folder);
    }

    /** Locks a file for this process. {@return false if it is locked already} */
    private static boolean isLocked(Path file) throws IOException {
        if (LOCKED.containsKey(file)) {
            return false;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return false;
        }
        LOCKED.put(file, channel);
        return true;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
