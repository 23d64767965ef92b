-- Empty: written before positions knew of epochs.

-- AlterTable
ALTER TABLE `positions` ADD COLUMN `epoch` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
