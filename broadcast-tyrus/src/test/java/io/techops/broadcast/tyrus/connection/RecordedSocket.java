package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A socket in memory: it takes what it has room for, keeps it, and notes what else it is asked for. */
public class RecordedSocket implements SocketTransport {

    /** What was asked for besides writing, in order; by the watch's thread too. */
    public final List<String> calls = new CopyOnWriteArrayList<>();
    /** How many bytes it still takes. */
    public volatile int room = Integer.MAX_VALUE;
    /** What was written and not taken. */
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    /** What waits for room. */
    @Nullable Runnable then;
    private boolean broken;

    @Override
    public long write(EncodedBatch batch) throws IOException {
        return write(batch.view(0));
    }

    @Override
    public synchronized long write(ByteBuffer[] buffers) throws IOException {
        if (broken) {
            throw new IOException("Broken pipe");
        }
        int before = room;
        int left = before;
        for (ByteBuffer buffer : buffers) {
            for (; left > 0 && buffer.hasRemaining(); left--) {
                written.write(buffer.get());
            }
        }
        room = left;
        return before - left;
    }

    /** {@return what was written since the last call} */
    public final synchronized byte[] take() {
        byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    @Override
    public void awaitWritable(Runnable whenWritable) {
        then = whenWritable;
    }

    /** Takes so many bytes more, and says so. */
    final void goOn(int bytes) {
        room = bytes;
        resume();
    }

    /** Takes all that comes from now on, and says so. */
    final void goOn() {
        goOn(Integer.MAX_VALUE);
    }

    /** Fails from now on, and says that it can be written to. */
    final void breakDown() {
        broken = true;
        resume();
    }

    private void resume() {
        Runnable now = then;
        then = null;
        now.run();
    }

    @Override
    public SocketReader reader(int mostAtOnce) {
        throw new AssertionError("the test brings what comes");
    }

    @Override
    public final SocketTransport clear() {
        return this;
    }

    @Override
    public final void shutdownOutput() {
        calls.add("shutdownOutput");
    }

    @Override
    public final void finish() {
        calls.add("finish");
    }

    @Override
    public final void close() {
        calls.add("close");
    }

    @Override
    public final void abort(boolean delivers) {
        calls.add(delivers ? "close at once" : "abort");
    }

    @Override
    public final void ended() {
        calls.add("ended");
    }
}
