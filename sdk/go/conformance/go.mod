module conformance

go 1.24

require gantry/sdk v0.0.0

replace gantry/sdk => ../
