package io.techops.broadcast.redis;

import io.lettuce.core.SslOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The PEM files of a connection with TLS. */
final class Certificates {

    private Certificates() {
    }

    /**
     * {@return the file}
     *
     * @throws IllegalArgumentException if it has no certificate
     */
    static Path checked(String setting, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                return file;
            }
        } catch (IOException | CertificateException invalid) {
            throw new IllegalArgumentException(setting + " must be a PEM file of certificates: " + file, invalid);
        }
        throw new IllegalArgumentException(setting + " must have a certificate: " + file);
    }

    /** {@return what an application has already} */
    static SslOptions options(KeyManagerFactory keys, TrustManagerFactory trust, SSLParameters parameters) {
        SslOptions.Builder options = SslOptions.builder().jdkSslProvider()
                .keyManager(Objects.requireNonNull(keys, "keys"))
                .trustManager(Objects.requireNonNull(trust, "trust"));
        if (parameters.getProtocols() != null) {
            options.protocols(parameters.getProtocols());
        }
        if (parameters.getCipherSuites() != null) {
            options.cipherSuites(parameters.getCipherSuites());
        }
        return options.build();
    }

    /** {@return what is set; null if nothing is} */
    static @Nullable SslOptions options(@Nullable Path trusted, @Nullable Path certificate, @Nullable Path key) {
        if (trusted == null && certificate == null) {
            return null;
        }
        SslOptions.Builder options = SslOptions.builder().jdkSslProvider();
        if (trusted != null) {
            options.trustManager(trusted.toFile());
        }
        if (certificate != null && key != null) {
            options.keyManager(certificate.toFile(), key.toFile(), new char[0]);
        }
        return options.build();
    }
}
