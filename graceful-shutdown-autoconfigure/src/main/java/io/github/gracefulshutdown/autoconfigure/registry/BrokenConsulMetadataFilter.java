package io.github.gracefulshutdown.autoconfigure.registry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;

/**
 * Leaves {@link BrokenConsulMetadata} out where the application could not start with it.
 */
final class BrokenConsulMetadataFilter implements AutoConfigurationImportFilter, BeanClassLoaderAware {

	private static final Logger logger = LoggerFactory.getLogger(BrokenConsulMetadataFilter.class);

	private @Nullable ClassLoader classLoader;

	@Override
	public void setBeanClassLoader(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
		boolean[] match = new boolean[autoConfigurationClasses.length];
		for (int i = 0; i < match.length; i++) {
			match[i] = !isBroken(autoConfigurationClasses[i]);
		}
		return match;
	}

	private boolean isBroken(@Nullable String autoConfigurationClass) {
		if (!BrokenConsulMetadata.CONFIGURATION.equals(autoConfigurationClass)
				|| !BrokenConsulMetadata.isPresent(this.classLoader)) {
			return false;
		}
		logger.info("Left out {}, which fails with this version of Spring Cloud Consul. "
				+ "The metadata 'gRPC_port' is set without it", autoConfigurationClass);
		return true;
	}

}
