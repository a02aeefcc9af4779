module gantry/sdk

go 1.24
