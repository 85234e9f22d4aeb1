package io.techops.broadcast.tyrus;

import com.sun.management.ThreadMXBean;
import io.techops.broadcast.testing.Tls;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** An engine of the JDK's, and what its own encryption allocates. */
final class WeighingEngine extends SSLEngine {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final SSLEngine engine;
    private final AtomicLong allocated;

    private WeighingEngine(SSLEngine engine, AtomicLong allocated) {
        this.engine = engine;
        this.allocated = allocated;
    }

    /** {@return a context whose engines add what their wrap methods allocate to {@code allocated}} */
    static SSLContext context(AtomicLong allocated) {
        return new Context(new SSLContextSpi() {
            @Override
            protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                    throws KeyManagementException {
                throw new KeyManagementException("it has its keys");
            }

            @Override
            protected SSLEngine engineCreateSSLEngine() {
                return new WeighingEngine(Tls.context().createSSLEngine(), allocated);
            }

            @Override
            protected SSLEngine engineCreateSSLEngine(String host, int port) {
                return new WeighingEngine(Tls.context().createSSLEngine(host, port), allocated);
            }

            @Override
            protected SSLSocketFactory engineGetSocketFactory() {
                return Tls.context().getSocketFactory();
            }

            @Override
            protected SSLServerSocketFactory engineGetServerSocketFactory() {
                return Tls.context().getServerSocketFactory();
            }

            @Override
            protected SSLSessionContext engineGetServerSessionContext() {
                return Tls.context().getServerSessionContext();
            }

            @Override
            protected SSLSessionContext engineGetClientSessionContext() {
                return Tls.context().getClientSessionContext();
            }
        }, Tls.context().getProvider());
    }

    private static final class Context extends SSLContext {
        Context(SSLContextSpi spi, Provider provider) {
            super(spi, provider, "TLS");
        }
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) throws SSLException {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        SSLEngineResult result = engine.wrap(from, offset, length, to);
        allocated.addAndGet(THREADS.getCurrentThreadAllocatedBytes() - before);
        return result;
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) throws SSLException {
        return engine.unwrap(from, to, offset, length);
    }

    @Override
    public Runnable getDelegatedTask() {
        return engine.getDelegatedTask();
    }

    @Override
    public void closeInbound() throws SSLException {
        engine.closeInbound();
    }

    @Override
    public boolean isInboundDone() {
        return engine.isInboundDone();
    }

    @Override
    public void closeOutbound() {
        engine.closeOutbound();
    }

    @Override
    public boolean isOutboundDone() {
        return engine.isOutboundDone();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return engine.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return engine.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        engine.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return engine.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return engine.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        engine.setEnabledProtocols(protocols);
    }

    @Override
    public SSLSession getSession() {
        return engine.getSession();
    }

    @Override
    public void beginHandshake() throws SSLException {
        engine.beginHandshake();
    }

    @Override
    public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
        return engine.getHandshakeStatus();
    }

    @Override
    public void setUseClientMode(boolean client) {
        engine.setUseClientMode(client);
    }

    @Override
    public boolean getUseClientMode() {
        return engine.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        engine.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return engine.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        engine.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return engine.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean create) {
        engine.setEnableSessionCreation(create);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return engine.getEnableSessionCreation();
    }
}
